"""Settings: what is wrong in them is said at the start, with how it is written."""

import pytest

from grantportal import settings
from grantportal.domain.reminders import ReminderDays


def test_the_days_of_reminders_are_the_installations_own(tmp_path):
    """A number alone may come from settings.toml as a number."""
    (tmp_path / "settings.toml").write_text('report_reminder_days = "15, 5,1"\nsupplement_reminder_days = 2\n')
    days = settings.load(create=True, instance=tmp_path, overdue_reminder_days=2).reminder_days
    assert days == ReminderDays(before_supplement=(2,), before_report=(15, 5, 1), after=2)


def test_unless_they_say_otherwise_the_days_are_the_domains(tmp_path):
    assert settings.load(create=True, instance=tmp_path).reminder_days == ReminderDays()


@pytest.mark.parametrize("written", ["ten", "10;3", "0", "-3", "10, 3.5", "999"])
def test_days_that_are_none_are_refused_at_the_start(tmp_path, written):
    with pytest.raises(ValueError, match="report_reminder_days: write numbers of working days"):
        settings.load(create=True, instance=tmp_path, report_reminder_days=written)


def test_nothing_is_late_before_its_last_day_has_passed(tmp_path):
    with pytest.raises(ValueError, match="overdue_reminder_days"):
        settings.load(create=True, instance=tmp_path, overdue_reminder_days=0)


def test_the_mail_servers_password_is_not_sent_in_the_open(tmp_path):
    with pytest.raises(settings.SettingsError, match="smtp_user kräver smtp_starttls"):
        settings.load(create=True, instance=tmp_path, smtp_user="portal", smtp_password="secret")
    assert settings.load(create=True, instance=tmp_path, smtp_user="portal", smtp_starttls="ja").smtp_starttls
