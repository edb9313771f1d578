"""How threadkeep behaves on other people's servers: waiting, robots.txt, permission, its name; it never connects anywhere."""
