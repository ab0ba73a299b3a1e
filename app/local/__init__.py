"""What `everyvoice run` needs on one machine: PostgreSQL, the home folder, the supervisor."""
