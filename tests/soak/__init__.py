"""Whatever happens at the PBX and whatever goes wrong: after quiet and one poll all is right."""
