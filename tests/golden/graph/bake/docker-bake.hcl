variable "REGISTRY" {
  default = "registry.example.com/shop"
}

variable "TAG" {
  default = "dev"
}

variable "SUFFIX" {}

function "name" {
  params = [image]
  result = "${REGISTRY}/${image}:${TAG}"
}

group "default" {
  targets = ["api", "web"]
}

target "_common" {
  args = {
    NODE = "22"
    MODE = "production"
  }
  labels = {
    "org.opencontainers.image.source" = "https://example.com/shop"
  }
}

target "api" {
  inherits = ["_common"]
  context  = "api"
  args     = { MODE = equal(TAG, "dev") ? "development" : "production" }
  tags     = [name("api"), "${REGISTRY}/api${SUFFIX}:latest"]
  output   = ["type=registry"]
}

target "web" {
  name       = "web-${sanitize(theme.name)}"
  inherits   = ["_common"]
  matrix     = { theme = [{ name = "dark" }, { name = "light.v2" }] }
  context    = "web"
  dockerfile = "build/Dockerfile"
  target     = "serve"
  args       = { THEME = theme.name }
  tags       = [name("web-${theme.name}")]
}
