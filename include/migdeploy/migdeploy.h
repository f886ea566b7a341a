/* libmigdeploy: deploy and look after a MigratoryData cluster. All headers. */
#ifndef MIGDEPLOY_MIGDEPLOY_H
#define MIGDEPLOY_MIGDEPLOY_H

#include <migdeploy/base.h>
#include <migdeploy/buffer.h>
#include <migdeploy/check.h>
#include <migdeploy/context.h>
#include <migdeploy/deploy.h>
#include <migdeploy/error.h>
#include <migdeploy/job.h>
#include <migdeploy/kube.h>
#include <migdeploy/object.h>
#include <migdeploy/spec.h>

#endif
