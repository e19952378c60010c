"""What an organisation may see, as views before every table."""
