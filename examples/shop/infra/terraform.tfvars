environment     = "prod"
subscription_id = "6f1c2b9e-3d54-4a7e-9b0a-8c2d5e7f1a34"
tenant_id       = "2b7d90c4-51ef-4c38-a6d2-0e94f3b81c65"
