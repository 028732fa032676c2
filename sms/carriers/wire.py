"""What carriers over HTTP have in common: no log of what they ask for, and whether a request surely never left."""

import logging
import ssl

_SPEAKING = ("urllib3.connectionpool", "urllib3.util.retry", "requests")


def hush() -> None:
    """Silence the HTTP library's own log: it writes addresses, and a gateway's address may hold a number and a text."""
    for name in _SPEAKING:
        logging.getLogger(name).disabled = True


def never_sent(error: Exception) -> bool:
    """Whether a request surely did not reach the other side: no name, no connection, no proxy, no valid certificate."""
    from requests import ConnectTimeout  # noqa: PLC0415  # slow, and only who sends needs it
    from requests.exceptions import ProxyError  # noqa: PLC0415  # the same
    from urllib3.exceptions import NewConnectionError, SSLError  # noqa: PLC0415  # the same

    reason = getattr(error.args[0], "reason", None) if error.args else None
    unproven = isinstance(reason, SSLError) and any(
        isinstance(arg, ssl.SSLCertVerificationError) for arg in reason.args
    )
    return isinstance(error, ConnectTimeout | ProxyError) or isinstance(reason, NewConnectionError) or unproven
