name = "logsprod"
