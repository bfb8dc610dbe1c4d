from enrolment.main import main

main()
