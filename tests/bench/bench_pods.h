/* A list of pods as an API server answers it, of about 111 KB: managed fields, environment,
 * conditions. */
#ifndef BENCH_PODS_H
#define BENCH_PODS_H

#include "core_text.h"

#include <stdio.h>
#include <stdlib.h>

#define BENCH_PODS 29

static void bench_add_managed_fields(migdi_text *text)
{
    migdi_text_add_string(
        text,
        "\"managedFields\":[{\"manager\":\"kube-controller-manager\",\"operation\":\"Update\","
        "\"apiVersion\":\"v1\","
        "\"time\":\"2026-01-12T09:14:03Z\",\"fieldsType\":\"FieldsV1\","
        "\"fieldsV1\":{\"f:metadata\":{"
        "\"f:generateName\":{},\"f:labels\":{\".\":{},\"f:app\":{},"
        "\"f:apps.kubernetes.io/pod-index\":{},"
        "\"f:controller-revision-hash\":{}},\"f:ownerReferences\":{\".\":{},"
        "\"k:{\\\"uid\\\":\\\"7c6f0a52-5f0e-4a43-9d2c-6a9d2a1f7b11\\\"}\":{}}},"
        "\"f:spec\":{\"f:containers\":{"
        "\"k:{\\\"name\\\":\\\"migratorydata\\\"}\":{\".\":{},\"f:env\":{\".\":{},"
        "\"k:{\\\"name\\\":\\\"POD_NAME\\\"}\":{\".\":{},\"f:name\":{},\"f:valueFrom\":{\".\":{},"
        "\"f:fieldRef\":{}}}},"
        "\"f:image\":{},\"f:name\":{},\"f:ports\":{\".\":{},"
        "\"k:{\\\"containerPort\\\":8800,\\\"protocol\\\":\\\"TCP\\\"}\":{\".\":{},"
        "\"f:containerPort\":{},\"f:protocol\":{}}},"
        "\"f:resources\":{\".\":{},\"f:limits\":{\".\":{},\"f:cpu\":{},\"f:memory\":{}}}}},"
        "\"f:dnsPolicy\":{},"
        "\"f:restartPolicy\":{},\"f:terminationGracePeriodSeconds\":{}}}},{\"manager\":\"kubelet\","
        "\"operation\":\"Update\",\"apiVersion\":\"v1\",\"time\":\"2026-01-12T09:14:41Z\","
        "\"fieldsType\":\"FieldsV1\","
        "\"fieldsV1\":{\"f:status\":{\"f:conditions\":{\"k:{\\\"type\\\":\\\"Ready\\\"}\":{\".\":{"
        "},"
        "\"f:lastTransitionTime\":{},\"f:status\":{},\"f:type\":{}}},\"f:containerStatuses\":{},"
        "\"f:hostIP\":{},"
        "\"f:phase\":{},\"f:podIP\":{},\"f:startTime\":{}}},\"subresource\":\"status\"}]");
}

static void bench_add_environment(migdi_text *text, int pod)
{
    migdi_text_format(
        text,
        "\"env\":[{\"name\":\"POD_NAME\",\"valueFrom\":{\"fieldRef\":{\"apiVersion\":\"v1\","
        "\"fieldPath\":"
        "\"metadata.name\"}}},{\"name\":\"MIGRATORYDATA_JAVA_EXTRA_OPTS\","
        "\"value\":\"-DMemory=512MB "
        "-DClusterDeliveryMode=Guaranteed -DLogLevel=INFO -DX.ConnectionOffload=true\"},{\"name\":"
        "\"MIGRATORYDATA_EXTRA_OPTS\","
        "\"value\":\"-DListen=*:8800 -DClusterMembers=migratorydata-%d.migratorydata"
        ":8801\"}]",
        pod);
}

static void bench_add_conditions(migdi_text *text)
{
    static const char *const types[] = {"PodReadyToStartContainers", "Initialized", "Ready",
                                        "ContainersReady", "PodScheduled"};
    migdi_text_add_string(text, "\"conditions\":[");
    for (int i = 0; i < 5; i++) {
        migdi_text_format(text,
                          "%s{\"type\":\"%s\",\"status\":\"True\",\"observedGeneration\":1,"
                          "\"lastProbeTime\":null,"
                          "\"lastTransitionTime\":\"2026-01-12T09:14:%02dZ\"}",
                          i == 0 ? "" : ",", types[i], i * 7);
    }
    migdi_text_add_string(text, "]");
}

static void bench_add_pod(migdi_text *text, int pod)
{
    migdi_text_format(
        text,
        "%s{\"metadata\":{\"name\":\"migratorydata-%d\",\"generateName\":\"migratorydata-\","
        "\"namespace\":\"migratory\","
        "\"uid\":\"0f6c2f0e-93c5-4a37-8a0a-%012d\",\"resourceVersion\":\"%d\",\"generation\":1,"
        "\"creationTimestamp\":\"2026-01-12T09:14:03Z\",\"labels\":{\"app\":\"migratorydata\","
        "\"apps.kubernetes.io/pod-index\":\"%d\","
        "\"controller-revision-hash\":\"migratorydata-6b9c7d8f5d\","
        "\"statefulset.kubernetes.io/pod-name\":\"migratorydata-%d\"},"
        "\"ownerReferences\":[{\"apiVersion\":\"apps/v1\","
        "\"kind\":\"StatefulSet\",\"name\":\"migratorydata\","
        "\"uid\":\"7c6f0a52-5f0e-4a43-9d2c-6a9d2a1f7b11\","
        "\"controller\":true,\"blockOwnerDeletion\":true}],",
        pod == 0 ? "" : ",", pod, pod, 184467 + pod, pod, pod);
    bench_add_managed_fields(text);
    migdi_text_add_string(
        text,
        "},\"spec\":{\"volumes\":[{\"name\":\"kube-api-access\",\"projected\":{\"sources\":[{"
        "\"serviceAccountToken\":{\"expirationSeconds\":3607,\"path\":\"token\"}}],"
        "\"defaultMode\":420}}],"
        "\"containers\":[{\"name\":\"migratorydata\",\"image\":\"migratorydata/server:6.0.21\","
        "\"ports\":[{"
        "\"name\":\"client-port\",\"containerPort\":8800,\"protocol\":\"TCP\"}],");
    bench_add_environment(text, pod);
    migdi_text_format(
        text,
        ",\"resources\":{\"limits\":{\"cpu\":\"500m\",\"memory\":\"1Gi\"},"
        "\"requests\":{\"cpu\":\"500m\",\"memory\":"
        "\"1Gi\"}},\"readinessProbe\":{\"tcpSocket\":{\"port\":8800},\"initialDelaySeconds\":20,"
        "\"timeoutSeconds\":1,"
        "\"periodSeconds\":5,\"successThreshold\":1,\"failureThreshold\":6},"
        "\"terminationMessagePath\":"
        "\"/dev/termination-log\",\"imagePullPolicy\":\"IfNotPresent\"}],"
        "\"restartPolicy\":\"Always\","
        "\"terminationGracePeriodSeconds\":30,\"nodeName\":\"ip-192-168-%d-%d.ec2.internal\","
        "\"priority\":0,"
        "\"enableServiceLinks\":true},\"status\":{\"phase\":\"Running\",",
        pod, pod * 7 % 256);
    bench_add_conditions(text);
    migdi_text_format(
        text,
        ",\"hostIP\":\"192.168.%d.%d\",\"podIP\":\"192.168.%d.21\","
        "\"startTime\":\"2026-01-12T09:14:03Z\","
        "\"containerStatuses\":[{\"name\":\"migratorydata\",\"state\":{\"running\":{\"startedAt\":"
        "\"2026-01-12T09:14:39Z\"}},\"lastState\":{},\"ready\":true,\"restartCount\":%d,\"image\":"
        "\"migratorydata/server:6.0.21\",\"started\":true}],\"qosClass\":\"Guaranteed\"}}",
        pod, pod * 7 % 256, pod, pod % 3);
}

/* The list; the program ends when memory does. */
static inline migdi_text bench_pods(void)
{
    migdi_text text = {0};
    migdi_text_add_string(&text, "{\"kind\":\"PodList\",\"apiVersion\":\"v1\","
                                 "\"metadata\":{\"resourceVersion\":\"190211\"},\"items\":[");
    for (int pod = 0; pod < BENCH_PODS; pod++) {
        bench_add_pod(&text, pod);
    }
    migdi_text_add_string(&text, "]}\n");
    if (text.failed) {
        abort();
    }
    return text;
}

#endif
