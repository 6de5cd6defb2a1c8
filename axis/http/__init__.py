"""The HTTP edge that both services share.

`problems` errors as RFC 9457 problem details · `request_id` one id per request, in answers and logs · `tokens` opaque bearer
tokens · `security` headers and body limits · `health` liveness and readiness · `serve` granian · `supervisor` many
processes behind one command · `logs` one line per record.
"""
