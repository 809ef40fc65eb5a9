"""The component inside the Home Assistant test harness, against the simulator."""
