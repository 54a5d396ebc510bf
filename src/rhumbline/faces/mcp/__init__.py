"""What an assistant is given over the Model Context Protocol: tools to ask and to propose, none to change a Book."""
