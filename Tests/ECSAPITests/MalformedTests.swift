import AWSModels
import AWSWire
import Testing

/// Whatever a client sends, it gets an answer in the API's shape, and the region lives on.
@Suite("Malformed requests") struct MalformedTests {
    /// Bodies that are fine, to be spoiled.
    private static let seeds: [(operation: String, body: String)] = [
        ("CreateCluster", #"{"clusterName":"web","tags":[{"key":"a","value":"1"}],"capacityProviders":["FARGATE"]}"#),
        (
            "CreateCapacityProvider",
            #"{"name":"c","autoScalingGroupProvider":{"autoScalingGroupArn":"g","managedScaling":{"status":"ENABLED","#
                + #""targetCapacity":90}},"tags":[{"key":"a","value":"b"}]}"#
        ),
        ("DescribeCapacityProviders", #"{"capacityProviders":["c","FARGATE"],"include":["TAGS"],"nextToken":"r1-61"}"#),
        ("UpdateCapacityProvider", #"{"name":"c","autoScalingGroupProvider":{"managedDraining":"ENABLED"}}"#),
        ("DeleteCapacityProvider", #"{"capacityProvider":"c"}"#),
        ("ExecuteCommand", #"{"cluster":"web","task":"0a","container":"c","command":"sh","interactive":true}"#),
        ("UpdateContainerAgent", #"{"cluster":"web","containerInstance":"0a"}"#),
        ("GetTaskProtection", #"{"cluster":"web","tasks":["0a"]}"#),
        ("UpdateTaskProtection", #"{"cluster":"web","tasks":["0a"],"protectionEnabled":true,"expiresInMinutes":9}"#),
        ("PutAccountSetting", #"{"name":"containerInsights","value":"enabled"}"#),
        ("PutAccountSettingDefault", #"{"name":"tagResourceAuthorization","value":"on"}"#),
        ("DeleteAccountSetting", #"{"name":"containerInsights"}"#),
        ("ListAccountSettings", #"{"name":"containerInsights","value":"enabled","effectiveSettings":true}"#),
        ("UpdateClusterSettings", #"{"cluster":"web","settings":[{"name":"containerInsights","value":"enabled"}]}"#),
        ("ListServicesByNamespace", #"{"namespace":"local","maxResults":2,"nextToken":"r1-61"}"#),
        (
            "PutClusterCapacityProviders",
            #"{"cluster":"web","capacityProviders":["FARGATE"],"defaultCapacityProviderStrategy":["#
                + #"{"capacityProvider":"FARGATE","weight":1,"base":2}]}"#
        ),
        ("DescribeClusters", #"{"clusters":["web","default"],"include":["TAGS","STATISTICS"]}"#),
        ("ListClusters", #"{"maxResults":1,"nextToken":"r1-61"}"#),
        ("UpdateCluster", #"{"cluster":"web","settings":[{"name":"containerInsights","value":"enabled"}]}"#),
        ("DeleteCluster", #"{"cluster":"web"}"#),
        (
            "RegisterTaskDefinition",
            #"{"family":"web","cpu":"1 vCPU","memory":"2GB","networkMode":"awsvpc","volumes":[{"name":"v"}],"#
                + #""containerDefinitions":[{"name":"a","image":"i","memory":128,"#
                + #""portMappings":[{"containerPort":80}],"#
                + #""mountPoints":[{"sourceVolume":"v","containerPath":"/v"}],"ulimits":[{"name":"core","softLimit":1,"#
                + #""hardLimit":2}],"healthCheck":{"command":["CMD","x"]},"links":[],"dependsOn":[]}]}"#
        ),
        ("DescribeTaskDefinition", #"{"taskDefinition":"web:1","include":["TAGS"]}"#),
        ("ListTaskDefinitions", #"{"familyPrefix":"web","sort":"DESC","maxResults":2}"#),
        ("ListTaskDefinitionFamilies", #"{"familyPrefix":"w","status":"ALL"}"#),
        ("DeregisterTaskDefinition", #"{"taskDefinition":"web:1"}"#),
        ("DeleteTaskDefinitions", #"{"taskDefinitions":["web:1","web:2"]}"#),
        (
            "RegisterDaemonTaskDefinition",
            #"{"family":"logs","cpu":"256","memory":"512","pidMode":"shared","ipcMode":"none","#
                + #""volumes":[{"name":"v","host":{"sourcePath":"/v"}},"#
                + #"{"name":"l","logDriverVolumeConfiguration":{"driver":"json-file"}}],"#
                + #""containerDefinitions":[{"name":"a","image":"i","memory":128,"linuxParameters":{"tmpfs":[]},"#
                + #""mountPoints":[{"sourceVolume":"v","containerPath":"/v"}],"dependsOn":[]}],"tags":[{"key":"a"}]}"#
        ),
        ("DescribeDaemonTaskDefinition", #"{"daemonTaskDefinition":"logs:1"}"#),
        (
            "ListDaemonTaskDefinitions",
            #"{"family":"logs","familyPrefix":"l","revision":"LAST_REGISTERED","status":"ALL","sort":"DESC","#
                + #""maxResults":2,"nextToken":"r1-61"}"#
        ),
        (
            "CreateDaemon",
            #"{"daemonName":"d","clusterArn":"default","daemonTaskDefinitionArn":"logs","capacityProviderArns":["mi"],"#
                + #""deploymentConfiguration":{"drainPercent":25.5,"bakeTimeInMinutes":1,"alarms":{"alarmNames":["a"],"#
                + #""enable":true}},"propagateTags":"DAEMON","critical":false,"clientToken":"t","tags":[{"key":"a"}]}"#
        ),
        (
            "UpdateDaemon",
            #"{"daemonArn":"d","daemonTaskDefinitionArn":"logs:1","capacityProviderArns":["mi"],"critical":true}"#
        ),
        ("DescribeDaemon", #"{"daemonArn":"arn:aws:ecs:us-east-1:000000000000:daemon/default/d"}"#),
        ("DeleteDaemon", #"{"daemonArn":"d"}"#),
        ("ListDaemons", #"{"capacityProviderArns":["mi"],"maxResults":1,"nextToken":"r1-61"}"#),
        (
            "ListDaemonDeployments",
            #"{"daemonArn":"d","status":["PENDING"],"createdAt":{"before":9.5,"after":1},"maxResults":1}"#
        ),
        (
            "DescribeDaemonDeployments",
            #"{"daemonDeploymentArns":["arn:aws:ecs:us-east-1:000000000000:daemon-deployment/default/d/1"]}"#
        ),
        (
            "DescribeDaemonRevisions",
            #"{"daemonRevisionArns":["arn:aws:ecs:us-east-1:000000000000:daemon-revision/default/d/1"]}"#
        ),
        ("DeleteDaemonTaskDefinition", #"{"daemonTaskDefinition":"logs:1"}"#),
        (
            "TagResource",
            #"{"resourceArn":"arn:aws:ecs:us-east-1:000000000000:cluster/web","tags":[{"key":"a","value":"b"}]}"#
        ),
        ("UntagResource", #"{"resourceArn":"arn:aws:ecs:us-east-1:000000000000:task/web/1","tagKeys":["a"]}"#),
        ("ListTagsForResource", #"{"resourceArn":"arn:aws:ecs:us-east-1:000000000000:task-definition/web:1"}"#),
        (
            "PutAttributes",
            #"{"attributes":[{"name":"a","value":"b","targetType":"container-instance","targetId":"0a1b"}]}"#
        ),
        ("DeleteAttributes", #"{"attributes":[{"name":"a","targetType":"container-instance","targetId":"0a1b"}]}"#),
        ("ListAttributes", #"{"targetType":"container-instance","nextToken":"r1-612f622f63","maxResults":3}"#),
        (
            "RegisterContainerInstance",
            #"{"totalResources":[{"name":"CPU","integerValue":9},{"name":"PORTS","stringSetValue":["22"]}],"#
                + #""attributes":[{"name":"a","value":"b"}],"instanceIdentityDocument":"{}","tags":[{"key":"a"}]}"#
        ),
        ("DescribeContainerInstances", #"{"containerInstances":["0a"],"include":["CONTAINER_INSTANCE_HEALTH"]}"#),
        ("ListContainerInstances", #"{"filter":"attribute:a =~ b.* or registeredAt < 2026-01-01","status":"ACTIVE"}"#),
        ("UpdateContainerInstancesState", #"{"containerInstances":["0a"],"status":"DRAINING"}"#),
        ("DeregisterContainerInstance", #"{"containerInstance":"0a","force":true}"#),
        (
            "RunTask",
            #"{"taskDefinition":"app","count":2,"clientToken":"t","overrides":{"cpu":"128","memory":"1 GB","#
                + #""containerOverrides":[{"name":"a","memory":9,"environment":[{"name":"b","value":"c"}]}]},"#
                + #""placementConstraints":[{"type":"memberOf","expression":"attribute:a == b"}],"#
                + #""placementStrategy":[{"type":"binpack","field":"cpu"}],"tags":[{"key":"a","value":"b"}]}"#
        ),
        ("StartTask", #"{"taskDefinition":"app","containerInstances":["0a"],"startedBy":"me","group":"g"}"#),
        ("StopTask", #"{"task":"0a","reason":"because"}"#),
        ("DescribeTasks", #"{"tasks":["0a"],"include":["TAGS"]}"#),
        ("ListTasks", #"{"family":"app","desiredStatus":"STOPPED","maxResults":1,"nextToken":"r1-61"}"#),
        (
            "CreateService",
            #"{"serviceName":"s","taskDefinition":"app","desiredCount":1,"healthCheckGracePeriodSeconds":1,"#
                + #""deploymentConfiguration":{"maximumPercent":200,"minimumHealthyPercent":50},"#
                + #""placementStrategy":[{"type":"spread","field":"host"}],"loadBalancers":[],"clientToken":"t"}"#
        ),
        ("UpdateService", #"{"service":"s","desiredCount":3,"taskDefinition":"app:1","forceNewDeployment":true}"#),
        ("DescribeServices", #"{"services":["s"],"include":["TAGS"]}"#),
        ("ListServices", #"{"launchType":"EC2","schedulingStrategy":"REPLICA","maxResults":1}"#),
        ("DeleteService", #"{"service":"s","force":true}"#),
        (
            "SubmitTaskStateChange",
            #"{"task":"0a","status":"RUNNING","pullStartedAt":1.5,"containers":[{"containerName":"a","exitCode":1,"#
                + #""networkBindings":[{"containerPort":80,"hostPort":32768}]}]}"#
        ),
        ("SubmitContainerStateChange", #"{"task":"0a","containerName":"a","status":"STOPPED","exitCode":137}"#),
        ("SubmitAttachmentStateChanges", #"{"attachments":[{"attachmentArn":"a","status":"ATTACHED"}]}"#),
        (
            "CreateGateway",
            #"{"name":"g","infrastructureRoleArn":"arn:aws:iam::000000000000:role/r","clientToken":"t","tags":[],"#
                + #""configuration":{"hostSharedAlb":{"maxAlbCount":2,"testTrafficRules":{"header":{"name":"x","#
                + #""values":["1"]}},"networkConfiguration":{"subnets":["subnet-1"]},"scheme":"internal"}}}"#
        ),
        (
            "UpdateGateway",
            #"{"gateway":"g","configuration":{"hostSharedAlb":{"maxAlbCount":3}},"propagateTags":"NONE"}"#
        ),
        ("DescribeGateway", #"{"gateway":"g"}"#),
        ("ListGateways", #"{"names":["g"],"status":["ACTIVE"],"maxResults":1,"nextToken":"r1-61"}"#),
        ("AssociateGatewayWithCluster", #"{"gateway":"g","cluster":"default"}"#),
        ("DisassociateGatewayFromCluster", #"{"gateway":"g","cluster":"default"}"#),
        ("ListGatewayClusterAssociations", #"{"gateway":"g","cluster":"default","maxResults":1}"#),
        ("ListGatewayRoutes", #"{"service":"s","status":["ACTIVE"],"nextToken":"r1-612f622f63"}"#),
        ("DescribeGatewayRoute", #"{"gatewayRouteArn":"arn:aws:ecs:us-east-1:000000000000:gateway-route/g/c/s"}"#),
        ("DescribeGatewayResources", #"{"gateway":"g","maxResults":5,"nextToken":"r1-61"}"#),
        (
            "CreateExpressGatewayService",
            #"{"infrastructureRoleArn":"arn:aws:iam::000000000000:role/r","executionRoleArn":"r","serviceName":"x","#
                + #""primaryContainer":{"image":"i","containerPort":80,"environment":[{"name":"a","value":"b"}]},"#
                + #""scalingTarget":{"minTaskCount":1,"autoScalingMetric":"AVERAGE_CPU"},"cpu":"256","tags":[]}"#
        ),
        (
            "UpdateExpressGatewayService",
            #"{"serviceArn":"arn:aws:ecs:us-east-1:000000000000:service/default/x","memory":"1024","#
                + #""networkConfiguration":{"subnets":["s"]},"scalingTarget":{"maxTaskCount":3}}"#
        ),
        (
            "DescribeExpressGatewayService",
            #"{"serviceArn":"arn:aws:ecs:us-east-1:000000000000:service/default/x","include":["TAGS"]}"#
        ),
        ("DeleteExpressGatewayService", #"{"serviceArn":"arn:aws:ecs:us-east-1:000000000000:service/default/x"}"#),
        ("DeleteGateway", #"{"gateway":"g"}"#),
        ("DiscoverPollEndpoint", #"{"containerInstance":"0a","cluster":"default"}"#),
    ]

    /// What is put in the place of a value.
    private static let values = [
        "null", "0", "-1", "1e400", "9223372036854775808", "0.5", "true", #""""#, #""\u0000""#, #""é/:""#, "[]", "{}",
        "[null]", #"["a/b/c",{}]"#, #""arn:aws:ecs:us-east-1:000000000000:task-definition/:""#, #""arn:aws:ecs::::""#,
        #""\#(String(repeating: "x", count: 5_000))""#, String(repeating: "[", count: 200),
    ]

    @Test("every spoiled request gets a 2xx or 4xx in the API's shape", arguments: [1, 2, 3] as [UInt64])
    func spoiled(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let region = TestRegion(seed: seed)
        _ = region.call("CreateCluster")
        let container = #"{"name":"a","image":"i","memory":128}"#
        _ = region.call("RegisterTaskDefinition", #"{"family":"app","containerDefinitions":[\#(container)]}"#)
        region.connectInstance()
        for _ in 0..<2_000 {
            let (operation, body) = MalformedTests.seeds.randomElement(using: &random) ?? ("ListClusters", "{}")
            let spoiled = spoil(body, &random)
            let answer = region.call(operation, spoiled)
            #expect(
                (200..<300).contains(answer.status) || (400..<500).contains(answer.status), "\(operation) \(spoiled)")
            #expect(answer.json.members != nil, "\(operation) \(spoiled)")
            #expect((answer.status == 200) == (answer.code == nil), "\(operation) \(spoiled)")
        }
    }

    /// Cuts the text, repeats a part, or puts another value in the place of one.
    private func spoil(_ body: String, _ random: inout SeededRandom) -> String {
        var bytes = Array(body.utf8)
        let start = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.removeSubrange(start...)
        case 1: bytes.insert(contentsOf: bytes[start...], at: start)
        default:
            guard let colon = bytes[start...].firstIndex(of: UInt8(ascii: ":")) else { break }
            let end = bytes[colon...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? bytes.count
            let value = MalformedTests.values.randomElement(using: &random) ?? "null"
            bytes.replaceSubrange(colon + 1..<end, with: Array(value.utf8))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
