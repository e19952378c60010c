"""The HTTP side: the application, its errors and who may do what. Routes live with their capability."""
