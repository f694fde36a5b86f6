"""The server's connections: threads work, and one loop waits for all clients that are slow."""
