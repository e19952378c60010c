"""Result files: what they hold, as plain fields; pure, without any folder or device."""
