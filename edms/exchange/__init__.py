"""Dispatch and receipt over the axis: messages, deliveries, statuses, quarantine. Everything goes through `axis.client`."""
