/// The programs that call AWS, by profile; some 150 distinct strings.
enum UserAgents {
  static func list(for profile: Profile) -> [String] {
    switch profile {
    case .app: return java + javaScript + boto
    case .data: return spark + boto
    case .deploy: return terraform + commandLine + javaScript
    case .audit: return goSDK + boto
    case .human: return console + browser + commandLine
    case .node: return agents
    default: return commandLine + boto
    }
  }

  static let console: [String] = [
    "AWS Internal", "console.amazonaws.com", "AWS CloudWatch Console",
    "Coral/Jakarta", "aws-internal/3 cfg/retry-mode/legacy",
  ]

  static let browser: [String] = [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
  ]

  private static let boto: [String] = (0..<28).map { index in
    let minor = 28 + index / 4
    let patch = 17 + index * 13 % 140
    if index % 2 == 0 {
      return
        "Boto3/1.\(minor + 6).\(patch) md/Botocore#1.\(minor + 6).\(patch) ua/2.0 os/linux#5.10.\(200 + index)"
        + ".amzn2.x86_64 md/arch#x86_64 lang/python#3.\(9 + index % 4).\(index % 18) md/pyimpl#CPython"
        + " exec-env/AWS_Lambda_python3.\(9 + index % 4) cfg/retry-mode#legacy Botocore/1.\(minor + 6).\(patch)"
    }
    return "Boto3/1.\(minor).\(patch) Python/3.\(8 + index % 5).\(index % 18) Linux/5.10.\(180 + index)-"
      + "\(170 + index).amzn2.x86_64 exec-env/AWS_ECS_FARGATE Botocore/1.\(minor + 3).\(patch)"
  }

  private static let java: [String] = (0..<24).map { index in
    "aws-sdk-java/2.\(20 + index / 4).\(index * 17 % 160) Linux/5.10.\(201 + index).amzn2.x86_64 "
      + "OpenJDK_64-Bit_Server_VM/17.0.\(6 + index % 7)+\(7 + index % 5)-LTS Java/17.0.\(6 + index % 7) "
      + "vendor/Amazon.com_Inc. exec-env/AWS_ECS_FARGATE io/sync http/Apache cfg/retry-mode/standard"
  }

  private static let javaScript: [String] = (0..<20).map { index in
    "aws-sdk-js/3.\(300 + index * 19).0 ua/2.\(index % 2) os/linux#5.10.\(220 + index).amzn2.x86_64 "
      + "lang/js md/nodejs#20.\(index % 18).\(index % 3) api/client#3.\(300 + index * 19).0 "
      + "exec-env/AWS_Lambda_nodejs20.x"
  }

  private static let goSDK: [String] = (0..<16).map { index in
    index % 2 == 0
      ? "aws-sdk-go/1.\(44 + index).\(index * 23 % 300) (go1.\(19 + index % 4).\(index % 9); linux; amd64)"
      : "aws-sdk-go-v2/1.\(18 + index).\(index % 4) os/linux lang/go#1.\(20 + index % 4).\(index % 9) md/GOOS#linux "
        + "md/GOARCH#amd64 api/ec2#1.\(140 + index).0"
  }

  private static let terraform: [String] = (0..<18).map { index in
    "APN/1.0 HashiCorp/1.0 Terraform/1.\(3 + index % 7).\(index % 9) (+https://www.terraform.io) "
      + "terraform-provider-aws/5.\(10 + index * 4).0 (+https://registry.terraform.io/providers/hashicorp/aws) "
      + "aws-sdk-go-v2/1.\(21 + index % 9).\(index % 3) os/linux lang/go#1.\(20 + index % 3).\(index % 10) "
      + "md/GOOS#linux md/GOARCH#amd64"
  }

  private static let commandLine: [String] = (0..<22).map { index in
    "aws-cli/2.\(9 + index / 2).\(index * 7 % 23) md/awscrt#0.\(19 + index % 5).\(index % 20) ua/2.0 "
      + (index % 3 == 0
        ? "os/macos#23.\(index % 6).0 md/arch#arm64 " : "os/linux#6.1.\(60 + index) md/arch#x86_64 ")
      + "lang/python#3.11.\(index % 10) md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off"
  }

  private static let spark: [String] = (0..<12).map { index in
    "Hadoop 3.3.\(1 + index % 6), aws-sdk-java/1.12.\(300 + index * 31) Linux/5.10.\(190 + index)-"
      + "\(180 + index).amzn2.x86_64 OpenJDK_64-Bit_Server_VM/25.\(350 + index * 4)-b09 java/1.8.0_\(350 + index * 4) "
      + "scala/2.12.\(13 + index % 6) vendor/Amazon.com_Inc. cfg/retry-mode/legacy"
  }

  private static let agents: [String] = (0..<10).map { index in
    index % 3 == 0
      ? "CWAgent/1.3000\(40 + index).0 (go1.22.\(index % 9); linux; amd64) aws-sdk-go/1.50.\(index * 3)"
      : "aws-sdk-go/1.\(44 + index).\(index * 29 % 260) (go1.21.\(index % 9); linux; amd64) amazon-ssm-agent/"
  }
}
