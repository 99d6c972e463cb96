"""Who is in the programme: enrolment, consent, leaving."""
