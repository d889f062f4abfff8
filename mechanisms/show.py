def text_of_model(m):
    return m.name


def html_of_model(m):
    return m.name
