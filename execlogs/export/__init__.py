"""What was executed in a window of time, to take along: as Markdown, HTML or JSON.

    Incident(reader, wish)       -> which executions; counted for a preview, or told one after the other
    FORMATS[name].told(report)   -> the pieces of the file, each as soon as it is made

Notes are of a floor above: whoever calls hands them over.
"""

from execlogs.export.formats import FORMATS, Format
from execlogs.export.gathering import MOST, Incident
from execlogs.export.report import Note, Ran, Report

__all__ = ["FORMATS", "MOST", "Format", "Incident", "Note", "Ran", "Report"]
