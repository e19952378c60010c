"""Where the store is spread over several servers, rows go to the nodes beside the serving hub."""
