"""The image, built from the Dockerfile and started as GitHub's runner starts it, with the fakes on loopback."""
