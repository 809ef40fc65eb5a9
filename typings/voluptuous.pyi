# Home Assistant resolves voluptuous to its drop-in successor; so do we when types are checked.
from probatio import *
