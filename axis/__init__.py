"""The document interconnection axis: the message format, the hub that carries messages, and the client of a hub.

`edxml` the message format · `hub` accepts, routes and hands over messages · `client` what an agency's system uses ·
`http` the edge that every service of this project shares. The axis knows nothing of the EDMS and can be deployed alone.
"""
