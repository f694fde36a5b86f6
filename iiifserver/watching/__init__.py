"""Who decodes what, and until when: noted where it outlives a process that a decoder kills or hangs."""
