"""PBXs by Yeastar."""
