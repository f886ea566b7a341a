/* cffi knows size_t by itself. */
