"""Security headers of every response: nothing is loaded from elsewhere, framed, or kept by a shared computer."""

from flask import Flask, Response, request

FINGERPRINTED = ("/_dash-component-suites/", "/assets/")


def secure(server: Flask, script_hashes: list[str]) -> None:
    """Set the headers on all responses. `script_hashes` are the CSP sources of Dash's own inline scripts."""
    policy = "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src 'self'", *script_hashes]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )

    @server.after_request
    def headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if not request.path.startswith(FINGERPRINTED):
            response.headers["Cache-Control"] = "private, no-store"
        return response
