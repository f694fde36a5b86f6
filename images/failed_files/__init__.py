"""Files that ended a process or took too long: remembered, answered at once, and tried again when staff want it."""
