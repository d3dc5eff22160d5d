import Testing

/// More mistakes in task definitions, by feature; see `DefinitionRulesTests` for the common ones.
@Suite("Features of task definitions") struct DefinitionFeatureTests {
    typealias Row = DefinitionRulesTests.Row

    @Test("containers and their lists are checked", arguments: lists + images)
    func checkContainers(row: Row) { row.check() }

    @Test("logs, the kernel and devices are checked", arguments: logs + kernel)
    func checkHost(row: Row) { row.check() }

    @Test("networks, proxies and volumes are checked", arguments: networks + volumes)
    func checkNetworks(row: Row) { row.check() }

    @Test("platforms and launch types are checked", arguments: windows + fargate + launchTypes)
    func checkPlatforms(row: Row) { row.check() }

    private static let longName = String(repeating: "x", count: 256)
    private static let digest = String(repeating: "0a", count: 32)

    private static func copies(_ count: Int, of item: (Int) -> String) -> String {
        (0..<count).map(item).joined(separator: ",")
    }

    static let lists = [
        Row(
            others: copies(10) { #"{"name":"c\#($0)","image":"i","memory":9}"# }, says: "more than 10 containers"),
        Row(others: #"{"name":"\#(longName)","image":"i","memory":9}"#, says: "Container.name contains invalid"),
        Row(task: #""family":"\#(longName)""#, says: "Family contains invalid characters"),
        Row(
            container: #""restartPolicy":{"enabled":true,"ignoredExitCodes":[\#(copies(51) { "\($0)" })]}"#,
            says: "up to 50"),
        Row(
            task: #""executionRoleArn":"r""#,
            container:
                #""environmentFiles":[\#(copies(11) { #"{"type":"s3","value":"arn:aws:s3:::b/\#($0).env"}"# })]"#,
            says: "At most 10 environment files"),
        Row(
            task: #""executionRoleArn":"r""#,
            container: #""environmentFiles":[{"type":"s3","value":"arn:aws:s3:::bucket/a.env"}]"#),
        Row(container: #""environment":[{"value":"v"}]"#, says: "name of an environment variable must not be empty"),
        Row(
            task: #""placementConstraints":["#
                + copies(11) { #"{"type":"memberOf","expression":"attribute:a == \#($0)"}"# } + "]",
            says: "at most 10"),
        Row(
            task: #""executionRoleArn":"r""#,
            container: #""secrets":[{"name":"A","valueFrom":"p"},{"name":"A","valueFrom":"q"}]"#,
            says: "Duplicate secret names found: A."),
        Row(
            task: #""executionRoleArn":"r""#,
            container: #""secrets":[{"name":"A","valueFrom":"arn:aws:s3:::bucket"}]"#,
            says: "must be the ARN of a Systems Manager parameter"),
        Row(
            task: #""executionRoleArn":"r""#,
            container:
                #""secrets":[{"name":"A","valueFrom":"arn:aws:secretsmanager:us-east-1:000000000000:secret:s:key::"}]"#
        ),
        Row(
            container: #""repositoryCredentials":{"credentialsParameter":"p"}"#,
            says: "specifying repository credentials"),
        Row(container: #""credentialSpecs":["x"]"#, says: "begins with credentialspec:"),
        Row(container: #""stopTimeout":-1"#, says: "must not be negative"),
    ]

    static let images = [
        image("nginx:1.27"), image("localhost:5000/team/app@sha256:\(digest)"),
        image("nginx latest", says: "invalid characters"), image("nginx%", says: "invalid characters"),
        image("nginx@sha256:00", says: "invalid digest"), image("nginx@md5:\(digest)", says: "invalid digest"),
        image("x/\(longName)", says: "longer than 255"), image("\(longName)@sha256:\(digest)"),
    ]

    private static func image(_ name: String, says: String? = nil) -> Row {
        Row(others: #"{"name":"x","image":"\#(name)","memory":9}"#, says: says)
    }

    static let logs = [
        log(#""logDriver":"awslogs","options":{"awslogs-group":"g","mode":"blocking"}"#),
        log(#""logDriver":"awslogs","options":{"awslogs-group":"g","mode":"fast"}"#, says: "log option mode: fast"),
        log(
            #""logDriver":"awslogs","options":{"awslogs-group":"g","awslogs-datetime-format":"%Y","#
                + #""awslogs-multiline-pattern":"x"}"#, says: "cannot be specified together"),
        log(#""logDriver":"splunk","options":{"splunk-url":"u"}"#, says: "requires options: splunk-token"),
        log(#""logDriver":"splunk","options":{"splunk-token":"t"}"#, says: "requires options: splunk-url"),
        log(
            #""logDriver":"splunk","options":{"splunk-url":"u"},"secretOptions":[{"name":"splunk-token","#
                + #""valueFrom":"p"}]"#),
        log(
            #""logDriver":"syslog","options":{"tag":"t"},"secretOptions":[{"name":"tag","valueFrom":"p"}]"#,
            says: "The log option 'tag' is specified more than once."),
        Row(
            container: #""firelensConfiguration":{"type":"fluentbit","options":{"config-file-type":"s3"}}"#,
            says: "must be specified together"),
        Row(
            container: #""firelensConfiguration":{"type":"fluentbit","options":{"config-file-type":"ftp","#
                + #""config-file-value":"x"}}"#, says: "Invalid config-file-type: ftp"),
        Row(
            container: #""firelensConfiguration":{"type":"fluentbit","options":{"enable-ecs-log-metadata":"1"}}"#,
            says: "Invalid enable-ecs-log-metadata"),
        Row(
            container: #""firelensConfiguration":{"type":"fluentbit"}"#,
            others: #"{"name":"x","image":"i","memory":9,"firelensConfiguration":{"type":"fluentd"}}"#,
            says: "Only one container"),
        Row(
            container: #""logConfiguration":{"logDriver":"awsfirelens"}"#,
            others: #"{"name":"x","image":"i","memory":9,"firelensConfiguration":{"type":"fluentbit"}}"#),
    ]

    private static func log(_ members: String, says: String? = nil) -> Row {
        Row(task: #""executionRoleArn":"r""#, container: #""logConfiguration":{\#(members)}"#, says: says)
    }

    static let kernel = [
        Row(container: #""linuxParameters":{"capabilities":{"add":["NET_ADMIN"],"drop":["ALL"]}}"#),
        Row(
            container: #""linuxParameters":{"capabilities":{"add":["CAP_NET_ADMIN"]}}"#,
            says: "Invalid Linux capability: CAP_NET_ADMIN"),
        Row(container: #""linuxParameters":{"maxSwap":-1}"#, says: "maxSwap must not be negative"),
        Row(container: #""linuxParameters":{"sharedMemorySize":0}"#, says: "sharedMemorySize must be greater than 0"),
        Row(
            container: #""linuxParameters":{"tmpfs":[{"containerPath":"/t","size":0}]}"#,
            says: "must be greater than 0"),
        Row(container: #""dockerSecurityOptions":["no-new-privileges","label:type:svirt_t"]"#),
        Row(container: #""dockerSecurityOptions":["seccomp:x"]"#, says: "Invalid dockerSecurityOptions: seccomp:x"),
        Row(container: #""dockerSecurityOptions":["label:"]"#, says: "Invalid dockerSecurityOptions: label:"),
        Row(container: #""systemControls":[{"namespace":"fs.mqueue.msg_max","value":"9"}]"#),
        Row(container: #""systemControls":[{"namespace":"kernel.panic","value":"9"}]"#, says: "Only namespaced ones"),
        Row(container: #""systemControls":[{"namespace":"net.core.somaxconn"}]"#, says: "a namespace and a value"),
        Row(
            task: #""ipcMode":"host""#, container: #""systemControls":[{"namespace":"kernel.sem","value":"1"}]"#,
            says: "when ipcMode=host"),
        Row(container: #""resourceRequirements":[{"type":"GPU","value":"2"}]"#),
        Row(container: #""resourceRequirements":[{"type":"GPU","value":"half"}]"#, says: "a whole number above 0"),
        Row(container: #""resourceRequirements":[{"type":"NeuronDevice","value":"1"}]"#, says: "must be ALL"),
    ]

    private static let proxied = #""networkMode":"awsvpc","proxyConfiguration":{"type":"APPMESH","#
    private static let properties =
        #"{"name":"IgnoredUID","value":"1337"},{"name":"AppPorts","value":"80"},"#
        + #"{"name":"ProxyIngressPort","value":"15000"}"#

    static let networks = [
        Row(
            task: #""networkMode":"host""#, container: #""portMappings":[{"containerPortRange":"1-2"}]"#,
            says: "containerPortRange is not supported when networkMode=host"),
        Row(
            container: #""portMappings":[{"containerPort":1,"containerPortRange":"1-2"}]"#,
            says: "containerPort and containerPortRange"),
        Row(
            container: #""portMappings":[{"hostPort":1,"containerPortRange":"1-2"}]"#,
            says: "hostPort and containerPortRange"),
        Row(container: #""portMappings":[{"containerPort":1,"appProtocol":"http"}]"#, says: "must have a name"),
        Row(
            container:
                #""portMappings":[\#(copies(101) { #"{"containerPortRange":"\#($0 * 2 + 1)-\#($0 * 2 + 2)"}"# })]"#,
            says: "At most 100 port ranges"),
        Row(
            task: #""networkMode":"awsvpc""#, container: #""extraHosts":[{"hostname":"h","ipAddress":"1.2.3.4"}]"#,
            says: "Extra hosts are not supported"),
        Row(
            task: #""proxyConfiguration":{"containerName":"web"}"#, says: "only supported when networkMode=awsvpc"),
        Row(task: proxied + #""containerName":"x"}"#, says: "The proxy container 'x' does not exist"),
        Row(task: proxied + #""containerName":"web"}"#, says: "IgnoredUID or IgnoredGID"),
        Row(
            task: proxied + #""containerName":"web","properties":[\#(properties)]}"#,
            says: "requires the property ProxyEgressPort"),
        Row(
            task: proxied
                + #""containerName":"web","properties":[\#(properties),{"name":"ProxyEgressPort","value":"15001"}]}"#),
        Row(
            task: proxied + #""containerName":"web","properties":[{"name":"Port","value":"1"}]}"#,
            says: "Unknown property 'Port'"),
    ]

    static let volumes = [
        Row(
            task: #""volumes":[{"name":"a","configuredAtLaunch":true},{"name":"b","configuredAtLaunch":true}]"#,
            says: "Only one volume in a task definition can be configured at launch"),
        Row(task: #""volumes":[{"name":"a/b"}]"#, says: "Volume.name"),
        volume(
            #""efsVolumeConfiguration":{"fileSystemId":"fs-1","rootDirectory":"/x","transitEncryption":"ENABLED","#
                + #""authorizationConfig":{"accessPointId":"ap"}}"#, says: "must be omitted or '/'"),
        volume(
            #""efsVolumeConfiguration":{"fileSystemId":"fs-1","authorizationConfig":{"accessPointId":"ap"}}"#,
            says: "when an EFS access point is specified"),
        volume(
            #""efsVolumeConfiguration":{"fileSystemId":"fs-1","transitEncryptionPort":2049}"#,
            says: "when a transit encryption port is specified"),
        volume(
            #""efsVolumeConfiguration":{"fileSystemId":"fs-1","transitEncryption":"ENABLED","#
                + #""transitEncryptionPort":70000}"#, says: "Invalid transit encryption port: 70000"),
        volume(
            #""s3filesVolumeConfiguration":{"fileSystemArn":"arn:aws:s3files:us-east-1:000000000000:fs/1"}"#,
            says: "A task role must be specified"),
        Row(
            task: #""runtimePlatform":{"operatingSystemFamily":"LINUX"},"volumes":[{"name":"v",\#(windowsShare)}]"#,
            says: "Windows containers only"),
        volume(windowsShare),
        Row(
            task: #""volumes":[{"name":"v"}]"#,
            container: #""mountPoints":[{"sourceVolume":"v","containerPath":"/v"},{"sourceVolume":"v","#
                + #""containerPath":"/v"}]"#, says: "is mounted more than once"),
        Row(
            task: #""volumes":[{"name":"v"}]"#, container: #""mountPoints":[{"sourceVolume":"v"}]"#,
            says: "must have a containerPath"),
        Row(container: #""volumesFrom":[{"sourceContainer":"web"}]"#, says: "Unknown source container 'web'"),
    ]

    private static let windowsShare =
        #""fsxWindowsFileServerVolumeConfiguration":{"fileSystemId":"fs-1","rootDirectory":"share","#
        + #""authorizationConfig":{"credentialsParameter":"p","domain":"d"}}"#

    private static func volume(_ kind: String, says: String? = nil) -> Row {
        Row(task: #""volumes":[{"name":"v",\#(kind)}]"#, says: says)
    }

    private static let onWindows = #""runtimePlatform":{"operatingSystemFamily":"WINDOWS_SERVER_2022_CORE"}"#

    static let windows = [
        Row(task: onWindows), Row(task: onWindows + #","networkMode":"awsvpc""#),
        Row(task: onWindows + #","networkMode":"host""#, says: "do not support networkMode 'host'"),
        Row(
            task: #""runtimePlatform":{"operatingSystemFamily":"WINDOWS_SERVER_2022_CORE","cpuArchitecture":"ARM64"}"#,
            says: "do not support cpuArchitecture 'ARM64'"),
        Row(task: onWindows + #","pidMode":"task""#, says: "pidMode is not supported for Windows"),
        Row(task: onWindows, container: #""linuxParameters":{}"#, says: "do not support linuxParameters"),
        Row(task: onWindows, container: #""user":"me""#, says: "do not support user"),
        Row(task: onWindows, container: #""privileged":true"#, says: "do not support privileged"),
        Row(task: onWindows, container: #""dnsServers":["1.1.1.1"]"#, says: "do not support dnsServers"),
        Row(
            task: onWindows + #","volumes":[{"name":"v","dockerVolumeConfiguration":{"driver":"rexray"}}]"#,
            says: "the volume driver 'rexray'"),
    ]

    private static let onFargate =
        #""requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc","cpu":"1024","memory":"2048""#

    static let fargate = [
        Row(task: onFargate), Row(task: onFargate + #","pidMode":"task""#),
        Row(task: onFargate + #","pidMode":"host""#, says: "do not support pidMode 'host'"),
        Row(task: onFargate + #","ipcMode":"task""#, says: "do not support ipcMode"),
        Row(
            task: onFargate + #","placementConstraints":[{"type":"memberOf","expression":"attribute:a == b"}]"#,
            says: "do not support placementConstraints"),
        Row(
            task: onFargate, container: #""dockerSecurityOptions":["no-new-privileges"]"#, says: "dockerSecurityOptions"
        ),
        Row(task: onFargate, container: #""resourceRequirements":[{"type":"GPU","value":"1"}]"#, says: "GPU"),
        Row(task: onFargate, container: #""linuxParameters":{"devices":[{"hostPath":"/dev/x"}]}"#, says: "devices"),
        Row(task: onFargate, container: #""linuxParameters":{"sharedMemorySize":64}"#, says: "sharedMemorySize"),
        Row(task: onFargate, container: #""linuxParameters":{"swappiness":1}"#, says: "maxSwap and swappiness"),
        Row(task: onFargate, container: #""linuxParameters":{"capabilities":{"add":["SYS_PTRACE"]}}"#),
        Row(
            task: onFargate, container: #""linuxParameters":{"capabilities":{"add":["NET_ADMIN"]}}"#,
            says: "other than SYS_PTRACE"),
        Row(
            task: onFargate + #","volumes":[{"name":"v","host":{"sourcePath":"/v"}}]"#, says: "host sourcePath"),
        Row(
            task: onFargate + #","volumes":[{"name":"v","dockerVolumeConfiguration":{}}]"#,
            says: "dockerVolumeConfiguration"),
        Row(task: onFargate + #","volumes":[{"name":"v",\#(windowsShare)}]"#, says: "fsxWindowsFileServer"),
        Row(
            task: onFargate,
            container: #""firelensConfiguration":{"type":"fluentbit","options":{"config-file-type":"s3","#
                + #""config-file-value":"arn:aws:s3:::b/f.conf"}}"#, says: "config-file-type 's3'"),
        Row(
            task: onFargate + #","executionRoleArn":"r""#,
            container: #""logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"g","#
                + #""awslogs-region":"r"}}"#, says: "to include awslogs-stream-prefix"),
        Row(
            task: onFargate + #","runtimePlatform":{"operatingSystemFamily":"WINDOWS_SERVER_2016_FULL"}"#,
            says: "operatingSystemFamily 'WINDOWS_SERVER_2016_FULL'"),
        Row(task: onFargate + "," + onWindows),
        Row(
            task: onFargate + #","ephemeralStorage":{"sizeInGiB":30},\#(onWindows)"#,
            says: "ephemeralStorage for Windows containers"),
    ]

    static let launchTypes = [
        Row(
            task: #""requiresCompatibilities":["EXTERNAL"],"volumes":[{"name":"v","configuredAtLaunch":true}]"#,
            says: "EXTERNAL does not support Amazon EFS and Amazon EBS volumes"),
        Row(
            task: #""requiresCompatibilities":["MANAGED_INSTANCES"],"networkMode":"host","#
                + #""volumes":[{"name":"v","dockerVolumeConfiguration":{}}]"#, says: "does not support Docker volumes"),
        Row(
            task: #""requiresCompatibilities":["EC2","FARGATE"],"networkMode":"bridge""#,
            says: "Fargate only supports network mode 'awsvpc'."),
    ]
}
