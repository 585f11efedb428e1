#include "CairnShims.h"
