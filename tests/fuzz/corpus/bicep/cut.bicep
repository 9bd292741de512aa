param x string = '${
resource a 'b@c' = {
  '''
