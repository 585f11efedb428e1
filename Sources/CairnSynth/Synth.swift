// placeholder removed by first real file
