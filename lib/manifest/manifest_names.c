#include "manifest_names.h"

bool migdi_names_make(migdi_names *names, const char *name, migdi_arena *arena)
{
    names->name = migdi_arena_format(arena, "%s", name);
    names->client_service = migdi_arena_format(arena, "%s-cs", name);
    names->headless_service = migdi_arena_format(arena, "%s-hs", name);
    names->budget = migdi_arena_format(arena, "%s-pdb", name);
    names->autoscaler = migdi_arena_format(arena, "%s-autoscale", name);
    return !arena->failed;
}
