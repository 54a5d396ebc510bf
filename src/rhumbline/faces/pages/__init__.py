"""The pages of the web application: to sign in, to see one's organisations, to read the report of one."""
