"""Client for telephone systems (PBXs): asyncio, typed, without Home Assistant."""
