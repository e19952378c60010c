"""Pictures as they are taken: video devices, network streams, GenICam cameras."""
