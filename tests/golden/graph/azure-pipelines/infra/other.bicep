param env string = 'dev'
