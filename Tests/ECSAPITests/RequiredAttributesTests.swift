import AWSModels
import AWSWire
import Testing

@testable import ECSAPI

/// What a definition requires of an instance, and where it can run.
@Suite("Computed members of task definitions") struct RequiredAttributesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var task = ""
        var container = ""
        var image = "nginx"
        var gives: [String]

        var testDescription: String { "\(task) \(container) \(image)" }

        var definition: ECS.TaskDefinition {
            let text =
                #"{"family":"f"\#(task.isEmpty ? "" : "," + task),"containerDefinitions":[{"name":"web","#
                + #""image":"\#(image)","memory":128\#(container.isEmpty ? "" : "," + container)}]}"#
            return ECS.TaskDefinition(registering: .trusted(Array(text.utf8)))
        }
    }

    @Test("each feature asks for its attributes", arguments: attributes)
    func requires(row: Row) {
        let names = RequiredAttributes.of(row.definition).map { attribute in
            attribute.name.replacing("com.amazonaws.ecs.capability.", with: "A:").replacing(
                "ecs.capability.", with: "B:")
        }
        #expect(Set(names) == Set(row.gives))
        #expect(names.count == row.gives.count, "none is named twice")
    }

    @Test("a definition is compatible with what would accept it", arguments: compatibilities)
    func compatible(row: Row) {
        #expect(LaunchTypeRules.compatibilities(of: row.definition).map(\.rawValue) == row.gives)
    }

    private static let ecr = "111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1"

    static let attributes = [
        Row(gives: []),
        // Observed sets of registered definitions.
        Row(container: #""memoryReservation":64"#, image: ecr, gives: ["A:ecr-auth", "A:docker-remote-api.1.21"]),
        Row(
            task: #""networkMode":"awsvpc","executionRoleArn":"r""#, image: ecr,
            gives: ["A:ecr-auth", "B:execution-role-ecr-pull", "A:docker-remote-api.1.18", "B:task-eni"]),
        Row(task: #""taskRoleArn":"r""#, gives: ["A:task-iam-role"]),
        Row(task: #""taskRoleArn":"r","networkMode":"host""#, gives: ["A:task-iam-role-network-host"]),
        Row(task: #""cpu":"256","memory":"512""#, gives: ["B:task-cpu-mem-limit"]),
        Row(task: #""pidMode":"host""#, gives: ["B:pid-ipc-namespace-sharing"]),
        Row(container: #""logConfiguration":{"logDriver":"json-file"}"#, gives: ["A:logging-driver.json-file"]),
        Row(
            task: #""executionRoleArn":"r""#,
            container: #""logConfiguration":{"logDriver":"awslogs","options":{"awslogs-create-group":"true"}}"#,
            gives: [
                "A:logging-driver.awslogs", "A:docker-remote-api.1.19", "A:docker-remote-api.1.29",
                "B:execution-role-awslogs",
            ]),
        Row(
            container: #""ulimits":[{"name":"core","softLimit":1,"hardLimit":1}],"dockerLabels":{"a":"b"}"#,
            gives: ["A:docker-remote-api.1.18"]),
        Row(container: #""linuxParameters":{"initProcessEnabled":true}"#, gives: ["A:docker-remote-api.1.25"]),
        Row(
            container: #""healthCheck":{"command":["CMD","x"],"startPeriod":5}"#,
            gives: ["B:container-health-check", "A:docker-remote-api.1.29"]),
        Row(container: #""privileged":true"#, gives: ["A:privileged-container"]),
        Row(
            container:
                #""secrets":[{"name":"A","valueFrom":"p"},"#
                + #"{"name":"B","valueFrom":"arn:aws:secretsmanager:us-east-1:0:secret:x"}]"#,
            gives: ["B:secrets.ssm.environment-variables", "B:secrets.asm.environment-variables"]),
        Row(container: #""dependsOn":[{"containerName":"x","condition":"START"}]"#, gives: ["B:container-ordering"]),
        Row(container: #""restartPolicy":{"enabled":true}"#, gives: ["B:container-restart-policy"]),
        Row(container: #""portMappings":[{"containerPortRange":"1-2"}]"#, gives: ["B:network.container-port-range"]),
        Row(
            task: #""volumes":[{"name":"v","dockerVolumeConfiguration":{"driver":"local"}}]"#,
            gives: ["B:docker-plugin.local"]),
        Row(
            task: #""volumes":[{"name":"v","efsVolumeConfiguration":{"fileSystemId":"fs-1"}}]"#,
            gives: ["B:efs", "A:docker-remote-api.1.25"]),
        Row(
            task: #""volumes":[{"name":"v","efsVolumeConfiguration":{"fileSystemId":"f","authorizationConfig":{}}}]"#,
            gives: ["B:efsAuth", "A:docker-remote-api.1.25"]),
        Row(
            task: #""volumes":[{"name":"v","s3filesVolumeConfiguration":{"fileSystemArn":"a"}}]"#,
            gives: ["B:storage.s3-files"]),
        Row(
            task: #""volumes":[{"name":"v","configuredAtLaunch":true}]"#, gives: ["B:storage.ebs-task-volume-attach"]),
        Row(task: #""enableFaultInjection":true"#, gives: ["B:fault-injection"]),
        Row(task: #""proxyConfiguration":{"containerName":"web"}"#, gives: ["B:aws-appmesh"]),
        Row(
            container: #""firelensConfiguration":{"type":"fluentbit","options":{"config-file-type":"s3"}}"#,
            gives: ["B:firelens.fluentbit", "B:firelens.options.config.s3"]),
        Row(
            container: #""logConfiguration":{"logDriver":"awsfirelens","options":{"log-driver-buffer-limit":"1"}}"#,
            gives: ["A:logging-driver.awsfirelens", "B:logging-driver.awsfirelens.log-driver-buffer-limit"]),
        Row(
            container: #""logConfiguration":{"logDriver":"splunk","secretOptions":[{"name":"t","valueFrom":"p"}]}"#,
            gives: ["A:logging-driver.splunk", "B:secrets.ssm.bootstrap.log-driver"]),
        Row(
            container: #""repositoryCredentials":{"credentialsParameter":"p"}"#,
            gives: ["B:private-registry-authentication.secretsmanager"]),
        Row(container: #""environmentFiles":[{"type":"s3","value":"a"}]"#, gives: ["B:env-files.s3"]),
        Row(container: #""dockerSecurityOptions":["label:a","apparmor:b"]"#, gives: ["A:selinux", "A:apparmor"]),
        Row(container: #""credentialSpecs":["credentialspecdomainless:a"]"#, gives: ["B:gmsa-domainless"]),
        Row(
            container: #""linuxParameters":{"tmpfs":[{"containerPath":"/t","size":1}]}"#,
            gives: ["A:docker-remote-api.1.22"]),
    ]

    private static let small = #""networkMode":"awsvpc","cpu":"256","memory":"512""#

    static let compatibilities = [
        Row(gives: ["EXTERNAL", "EC2"]),
        Row(task: #""networkMode":"bridge""#, gives: ["EXTERNAL", "EC2"]),
        Row(task: #""networkMode":"host""#, gives: ["EXTERNAL", "EC2", "MANAGED_INSTANCES"]),
        Row(task: #""networkMode":"awsvpc","cpu":"512","memory":"717""#, gives: ["EC2", "MANAGED_INSTANCES"]),
        Row(task: small, gives: ["EC2", "FARGATE", "MANAGED_INSTANCES"]),
        Row(task: small, container: #""privileged":true"#, gives: ["EC2", "MANAGED_INSTANCES"]),
        Row(task: small + #","volumes":[{"name":"v","dockerVolumeConfiguration":{}}]"#, gives: ["EC2"]),
        Row(task: small + #","ephemeralStorage":{"sizeInGiB":30}"#, gives: ["FARGATE"]),
        Row(
            task: #""volumes":[{"name":"v","efsVolumeConfiguration":{"fileSystemId":"fs-1"}}]"#, gives: ["EC2"]),
    ]
}
