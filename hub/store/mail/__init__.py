"""Alarms, subscriptions, notifications and news."""
