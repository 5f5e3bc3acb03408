"""Pages about the portal itself, open to everybody: accessibility, personal data, cookies and help."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from grantportal.web import SESSION_COOKIE, cookie_name

bp = Blueprint("public", __name__, url_prefix="/om")


@bp.get("/tillganglighet")
def accessibility() -> ResponseReturnValue:
    """Tillgänglighetsredogörelse, as lagen (2018:1937) om tillgänglighet till digital offentlig service asks for it."""
    return render_template("public/accessibility.html", reply_days=current_app.config["PORTAL"].reply_days)


@bp.get("/personuppgifter")
def personal_data() -> ResponseReturnValue:
    """What the data protection regulation says that a person must be told (articles 13 and 14)."""
    portal = current_app.config["PORTAL"]
    retention = (
        ("Ärenden och handlingar", portal.retention_of_cases),
        ("Ditt konto och dina uppdrag", portal.retention_of_accounts),
        ("Inloggningar och misslyckade försök", portal.retention_of_sign_ins),
    )
    return render_template("public/personal_data.html", retention=retention)


@bp.get("/kakor")
def cookies() -> ResponseReturnValue:
    """Every cookie the portal sets: only those it cannot work without."""
    portal = current_app.config["PORTAL"]
    kept = (
        (
            cookie_name(SESSION_COOKIE),
            "Visar att du är inloggad.",
            f"Tills du loggar ut, som längst {portal.session_hours} timmar. "
            f"Den slutar gälla när du inte har gjort något på {portal.session_idle_minutes} minuter.",
        ),
        (
            current_app.config["SESSION_COOKIE_NAME"],
            "Skyddar det du skickar från att förfalskas av en annan webbplats, och bär besked till nästa sida.",
            "Tills du stänger webbläsaren.",
        ),
        (
            f"{cookie_name('bp_device_')} och tolv tecken",
            "Visar att du har loggat in i den här webbläsaren förut, så att ingen annan kan stänga dig ute genom att gissa "
            "ditt lösenord.",
            "Ett år efter att du senast loggade in.",
        ),
        (
            "bp-copy",
            "Är ingen kaka, men sparas också i din webbläsare: det du har skrivit och som portalen inte har hunnit spara. "
            "Det är låst, så att bara du kan läsa det när du är inloggad.",
            "Tills det är sparat eller du loggar ut, som längst ett dygn.",
        ),
    )
    return render_template("public/cookies.html", cookies=kept)


@bp.get("/hjalp")
def help() -> ResponseReturnValue:
    """Common questions, and how to reach the authority."""
    return render_template("public/help.html")
