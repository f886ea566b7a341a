/* cffi knows int32_t and its like by themselves. */
