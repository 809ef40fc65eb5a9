"""The files that Home Assistant, hassfest, HACS and the Marketplace read, checked offline."""
