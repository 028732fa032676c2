"""The words of the pages of accounts that are not in a template: roles, faults, what was done."""

from dashboards.access import Role
from translations.languages import translator


def roles(language: str) -> dict[str, str]:
    """What each role is called, in the order in which one is chosen."""
    _ = translator(language)
    return {
        Role.OFFICER.value: _("Officer of areas"),
        Role.LEADERSHIP.value: _("Leadership"),
        Role.OVERSIGHT.value: _("Oversight"),
        Role.ANALYST.value: _("Analyst"),
        Role.ADMINISTRATOR.value: _("Administrator of accounts"),
    }


def refused(language: str) -> str:
    """The one sentence for whatever was wrong with name, password or code."""
    _ = translator(language)
    return _(
        "That did not work: the name, the password or the code is not right, or the name is closed for now. "
        "After five failures a name is closed for 15 minutes."
    )


def password_fault(fault: str, language: str) -> str:
    """What is wrong with a new password, by the word that `passwords.fault` has for it."""
    _ = translator(language)
    return {
        "short": _("A password has at least 12 characters."),
        "long": _("A password has at most 200 characters."),
        "common": _("This password is among the first that others would try. Please choose another."),
        "address": _("A password must not be made from your own address."),
        "differs": _("The two passwords are not the same."),
        "same": _("This is the password that you have."),
    }.get(fault, "")


def account_fault(fault: str, language: str) -> str:
    """Why an account was not made or changed."""
    _ = translator(language)
    return {
        "address": _("Please enter an e-mail address."),
        "areas": _("An officer has at least one area, and nobody else has any."),
        "unknown": _("There is no such area in the release."),
        "own": _("You cannot change your own account; ask another administrator."),
        "role": _("Please choose a role."),
        "show": _("This is the demonstration: accounts are shown, but nothing is changed."),
    }.get(fault, "")


def done(said: str, language: str) -> str:
    """What has just been done; "" for whatever else an address says."""
    _ = translator(language)
    return {
        "password": _("Your password is changed, and your other sessions are ended."),
        "factor": _("Your second factor is changed."),
        "invited": _("Your password is set. Sign in with it now; you will then set up a second factor."),
        "out": _("You are signed out."),
        "over": _("Your session is over. Please sign in again."),
        "changed": _("The account is changed."),
        "ended": _("The account is ended, and so are its sessions."),
        "reset": _("The second factor is taken away. It is set up anew at the next sign-in."),
    }.get(said, "")
