"""The extensions of the rig, and the outside world."""

# Number: name, tone its phone sends (Hz), whether it has a voicemail box.
EXTENSIONS = {
    "1001": ("Anna Berg", 400, True),
    "1002": ("Ben Cole", 700, False),
    "1003": ("Zoë Müller", 1100, False),
    "1004": ("Dora Diaz", 1300, False),
    "1005": ("Sam Super", 1000, False),
    "1006": ("Lobby, east", 1500, False),
    "1007": ("", 1700, True),
    "1008": ("0815", 1900, False),
}
OUTSIDE = "0123456789"
OUTSIDE_TONE = 550
TRUNK = "itsp"
