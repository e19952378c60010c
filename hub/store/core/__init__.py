"""What every floor of the store stands on: connections, columns, times, keys, rows put and hashed."""
