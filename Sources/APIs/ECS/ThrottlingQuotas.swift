import APIPipeline

extension Throttle.Quota {
    /// The quotas of an account in a region as ECS has them by default. Operations that are in no category there are
    /// not throttled.
    /// Source: Amazon ECS API Reference, Request throttling for the Amazon ECS API. It does not name task sets: here
    /// they share the buckets of services.
    package static let ecs: [Throttle.Quota] = [
        Throttle.Quota(
            burst: 20, sustained: 1,
            [
                "CreateCluster", "DeleteCluster", "PutClusterCapacityProviders", "UpdateCluster",
                "UpdateClusterSettings",
            ]),
        Throttle.Quota(burst: 50, sustained: 20, ["DescribeClusters", "ListClusters"]),
        Throttle.Quota(burst: 20, sustained: 1, ["DeregisterTaskDefinition", "RegisterTaskDefinition"]),
        Throttle.Quota(
            burst: 50, sustained: 20,
            ["DescribeTaskDefinition", "ListTaskDefinitions", "ListTaskDefinitionFamilies"]),
        Throttle.Quota(burst: 5, sustained: 1, ["DeleteTaskDefinitions"]),
        Throttle.Quota(
            burst: 10, sustained: 1, ["CreateCapacityProvider", "DeleteCapacityProvider", "UpdateCapacityProvider"]),
        Throttle.Quota(burst: 50, sustained: 20, ["DescribeCapacityProviders"]),
        Throttle.Quota(burst: 20, sustained: 10, ["TagResource", "UntagResource"]),
        Throttle.Quota(burst: 50, sustained: 20, ["ListTagsForResource"]),
        Throttle.Quota(
            burst: 10, sustained: 1, ["DeleteAccountSetting", "PutAccountSetting", "PutAccountSettingDefault"]),
        Throttle.Quota(burst: 50, sustained: 20, ["ListAccountSettings"]),
        Throttle.Quota(
            burst: 100, sustained: 40,
            [
                "DeleteAttributes", "DeregisterContainerInstance", "ExecuteCommand", "PutAttributes", "RunTask",
                "StartTask", "StopTask", "UpdateContainerAgent", "UpdateContainerInstancesState",
            ]),
        Throttle.Quota(
            burst: 100, sustained: 20,
            ["DescribeContainerInstances", "DescribeTasks", "ListAttributes", "ListContainerInstances", "ListTasks"]),
        Throttle.Quota(
            burst: 200, sustained: 120,
            [
                "RegisterContainerInstance", "SubmitAttachmentStateChanges", "SubmitContainerStateChange",
                "SubmitTaskStateChange",
            ]),
        Throttle.Quota(
            burst: 50, sustained: 5,
            [
                "CreateService", "DeleteService", "UpdateService", "CreateTaskSet", "DeleteTaskSet", "UpdateTaskSet",
                "UpdateServicePrimaryTaskSet",
            ]),
        Throttle.Quota(burst: 100, sustained: 20, ["DescribeServices", "ListServices", "DescribeTaskSets"]),
        Throttle.Quota(burst: 50, sustained: 20, ["DescribeServiceDeployments", "ListServiceDeployments"]),
        Throttle.Quota(burst: 50, sustained: 20, ["DescribeServiceRevisions"]),
        Throttle.Quota(burst: 200, sustained: 80, ["UpdateTaskProtection", "GetTaskProtection"]),
        Throttle.Quota(burst: 10, sustained: 1, ["ListServicesByNamespace"]),
    ]
}
