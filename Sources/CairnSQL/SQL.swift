// expression language
