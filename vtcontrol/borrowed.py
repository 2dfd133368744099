"""Words that `makemessages` does not find in our code, so that our catalogues have a place for them.

Owns three lists: what the packages we build on say without a translation of their own (django-unfold ships no
catalogue, django-simple-history's is filed under another language code), what pure rooms say without knowing gettext,
and what stands in f-strings. Must hold nothing else: nobody imports it. tests/architecture/test_catalogue.py tells what
is missing after an upgrade.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

PACKAGES = (
    _("After you've created a user, you’ll be able to edit more user options."),
    _("All applications"),
    _("Apply Filters"),
    _("Cancel"),
    _("Change History"),
    _("Change reason"),
    _("Changed"),
    _("Changed by"),
    _("Changes"),
    _("Choose a date from the list below to revert to a previous version of this object"),
    _("Choose a date from the list below to revert to a previous version of this object."),
    _("Choose file to upload"),
    _("Click to cancel"),
    _("Click to download"),
    _("Comment"),
    _("Created"),
    _("Dark"),
    _("Dataset not found. No action performed."),
    _("Date"),
    _("Date from"),
    _("Date to"),
    _("Deleted"),
    _("Deleted %(type_name)s"),
    _("Expand row"),
    _("False"),
    _("Forgotten your password or username?"),
    _("From"),
    _("General"),
    _("Go back"),
    _("Image preview"),
    _("Light"),
    _("Loading more results..."),
    _("More actions"),
    _("Next"),
    _("No data"),
    _("No recent searches"),
    _("No results found"),
    _("No results matching your query"),
    _("Not enough data."),
    _("Object"),
    _("Press the 'Change History' button below to edit the history."),
    _("Press the 'Revert' button below to revert to this version of the object."),
    _("Previous"),
    _(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you can "
        'change the password using <a href="{}" class="text-primary-600 dark:text-primary-500">this form</a>.'
    ),
    _("Recent searches"),
    _("Record picture"),
    _("Reset filters"),
    _("Return to site"),
    _("Revert"),
    _("Revert %(verbose_name)s"),
    _("Revert %s"),
    _("Search apps and models..."),
    _("Select action"),
    _("Select action to run"),
    _("Select all"),
    _("Select all rows"),
    _("Select currency"),
    _("Select format"),
    _("Select record"),
    _("Select value"),
    _("System"),
    _('The %(name)s "%(obj)s" was changed successfully.'),
    _("This exporter will export the following fields"),
    _("This item will be deleted."),
    _("This object doesn't have a change history."),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("To"),
    _("Toggle password visibility"),
    _("True"),
    _("Value"),
    _("View %(verbose_name)s"),
    _("View history: %s"),
    _("View traceback"),
    _("Welcome"),
    _("Welcome back to"),
    _("You can not create nested object without parent"),
    _("You have been successfully logged out from the administration"),
    _("You may edit it again below"),
    _("export failed due to IllegalCharacterError"),
    _("use_natural_foreign_keys and key_is_id cannot both be True"),
    ngettext_lazy(
        "\n                    Export %(len)s selected item.\n                ",
        "\n                    Export %(len)s selected items.\n                ",
    ),
    ngettext_lazy(
        "\n                Found %(counter)s result in %(time)s seconds\n            ",
        "\n                Found %(counter)s results in %(time)s seconds\n            ",
    ),
)

SHAPES = (  # personas.domain.shapes
    _("A list of: wave, nod, shake, bounce."),
    _('Topics with lists of lines, for example {"greeting": ["Hi!"]}.'),
    _("Each topic has a list of at most 60 lines."),
    _("Each line is a text of 1 to 300 characters."),
)

IN_F_STRINGS = (_("Admin"),)  # xgettext does not look there
