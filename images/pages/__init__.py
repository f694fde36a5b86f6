"""The pages for people and for monitoring, beside the image service."""
